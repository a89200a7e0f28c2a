echo "Talks between Russia and Ukraine have not collapsed, the Kremlin said." | newstag explain --text --lang en --rules ../rules/worked
