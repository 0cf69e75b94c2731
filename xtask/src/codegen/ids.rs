//! A rewrite of generated code: ids are passed by value, because they are `Copy`.

use anyhow::{Result, bail};
use syn::visit_mut::{self, VisitMut};
use syn::{File, FnArg, Type, parse_quote};

/// Replaces parameters of type `&Uuid` by `Uuid`.
///
/// # Errors
/// When there is no such parameter: the generator refers to ids in another way.
pub(super) fn by_value(file: &mut File) -> Result<()> {
    struct Ids(usize);
    impl VisitMut for Ids {
        fn visit_fn_arg_mut(&mut self, argument: &mut FnArg) {
            let id: Type = parse_quote!(::uuid::Uuid);
            if let FnArg::Typed(argument) = argument
                && let Type::Reference(reference) = argument.ty.as_ref()
                && *reference.elem == id
            {
                *argument.ty = id;
                self.0 += 1;
            }
            visit_mut::visit_fn_arg_mut(self, argument);
        }
    }
    let mut ids = Ids(0);
    ids.visit_file_mut(file);
    if ids.0 == 0 {
        bail!("found no parameter of type `&Uuid`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parameters_that_are_ids_change() {
        let mut file = syn::parse_file(
            "fn fetch<'a>(&'a self, id: &'a ::uuid::Uuid, body: &'a types::Create) -> &'a ::uuid::Uuid {}",
        )
        .unwrap();
        by_value(&mut file).unwrap();
        let expected = syn::parse_file(
            "fn fetch<'a>(&'a self, id: ::uuid::Uuid, body: &'a types::Create) -> &'a ::uuid::Uuid {}",
        );
        assert_eq!(file, expected.unwrap());
        assert!(by_value(&mut file).is_err());
    }
}
