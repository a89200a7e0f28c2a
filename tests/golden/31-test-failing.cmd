newstag test failing.yaml
