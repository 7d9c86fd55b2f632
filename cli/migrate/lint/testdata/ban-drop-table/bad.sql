drop table if exists public.books, public.shelves cascade;
