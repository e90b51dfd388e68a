"""What a run left behind, made ready to be looked at: files, tables, series of images, logs."""
