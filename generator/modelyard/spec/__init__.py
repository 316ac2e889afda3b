"""What people write: models, environments, blueprints and repository settings, as types."""
