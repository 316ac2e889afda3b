"""New repositories and new models, from cookiecutter templates that ship with modelyard."""
