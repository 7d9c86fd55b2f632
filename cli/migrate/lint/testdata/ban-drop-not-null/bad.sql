alter table public.books alter column title drop not null;
