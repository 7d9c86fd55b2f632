drop index if exists public.books_title, books_author;
