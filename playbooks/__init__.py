"""What to do about an error code: the catalogue, its checks and its fixes."""
