"""The steps of the casebook's schema."""
