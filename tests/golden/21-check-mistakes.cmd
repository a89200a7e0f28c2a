newstag check mistakes.yaml
