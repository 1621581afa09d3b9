"""Read from the environment. `embedded`, `test` and `production` differ from `base` by values only."""
