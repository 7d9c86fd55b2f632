truncate public.books cascade;
