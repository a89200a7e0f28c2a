newstag test --json --coverage failing.yaml
