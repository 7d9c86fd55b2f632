-- readme-ops: after-deploy
truncate public.books;
