-- readme-ops: after-deploy
drop table public.books;
