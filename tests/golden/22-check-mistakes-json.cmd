newstag check --json mistakes.yaml
