newstag config --no-comments
