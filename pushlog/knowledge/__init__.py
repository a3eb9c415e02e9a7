"""What is known of errors and registries: data in TOML files, loaded once into frozen records."""
