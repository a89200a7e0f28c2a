newstag
