create table public.a (the_number_of_books_that_were_read_aloud_to_somebody bigint);
alter table public.a enable row level security;
