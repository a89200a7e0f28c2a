newstag test --tap failing.yaml
