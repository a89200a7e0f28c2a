newstag help
