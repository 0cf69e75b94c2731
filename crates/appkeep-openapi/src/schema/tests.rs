mod dialect;
mod instances;
mod property;
mod table;
