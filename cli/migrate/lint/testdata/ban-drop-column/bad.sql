alter table public.books drop column if exists title cascade, drop size;
