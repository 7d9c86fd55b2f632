alter table public.books add column kind varchar, add column code text;
