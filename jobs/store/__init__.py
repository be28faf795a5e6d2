"""The clinic's memory: tables, migrations and queries (SQLAlchemy; SQLite by default)."""
