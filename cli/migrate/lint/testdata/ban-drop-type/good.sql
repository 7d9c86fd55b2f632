-- readme-ops: after-deploy
drop type public.mood;
