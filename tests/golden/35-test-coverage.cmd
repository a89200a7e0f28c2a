newstag test --coverage failing.yaml
