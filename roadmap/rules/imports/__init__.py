"""What an import knows without a database: reading a table, guessing its columns, planning what it would do."""
