newstag test --junit failing.yaml
