"""Quick profiles of data: the columns of tables, and what folders are made of."""
