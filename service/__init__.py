"""The outside of the product: HTTP, its schemas, and the `contacts` command."""
