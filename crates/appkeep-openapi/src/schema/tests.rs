mod instances;
mod property;
mod table;
