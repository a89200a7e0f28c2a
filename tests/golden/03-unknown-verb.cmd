newstag clasify
