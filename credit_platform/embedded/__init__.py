"""The platform on one bare machine: its environment, PostgreSQL and Redis from wheels, and every process it needs."""
