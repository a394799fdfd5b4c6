"""What is put on the import path of the target: this directory goes there as it is."""
