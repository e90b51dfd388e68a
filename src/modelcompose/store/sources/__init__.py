"""Where data comes from: web servers, buckets, machines, registries, repositories, files."""
