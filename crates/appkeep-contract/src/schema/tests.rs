mod property;
mod table;
