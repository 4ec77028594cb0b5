"""The marshmallow schemas: they parse what arrives and describe what leaves, in the wire's own names."""
