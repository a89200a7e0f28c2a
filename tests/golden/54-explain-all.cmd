echo "The senator lost power." | newstag explain --text --all --rules ../rules/worked
