-- readme-ops: after-deploy
truncate public.books, public.pages;
