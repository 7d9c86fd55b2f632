create trigger on_user_created after insert on auth.users for each row execute function public.new_user();
create policy "own files" on storage.objects for select to authenticated using (bucket_id = 'books');
create table public.profiles (user_id uuid primary key references auth.users on delete cascade);
alter table public.profiles enable row level security;
