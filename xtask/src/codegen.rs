//! `cargo xtask codegen`: generates the Rust client from the contract.
//!
//! spec/openapi.yaml is lowered and passed to progenitor. The generated code is then rewritten and formatted.
//! Every rewrite has a name, a reason and a test: those of the document in [`lower`], those of the code in
//! [`code`]. This module only defines the order.

mod code;
mod ids;
mod lower;
mod operations;

use anyhow::{Context, Result, anyhow};
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle, TypeImpl};

use crate::{Outcome, files, spec};

/// The generated file, relative to the workspace's root.
pub(crate) const OUTPUT: &str = "crates/appkeep-client/src/generated.rs";

/// The command that generates it.
pub(crate) const COMMAND: &str = "cargo xtask codegen";

/// Generates the client; with `check` only compares it with the committed one.
///
/// # Errors
/// When the contract can't be read, lowered or generated from.
pub(crate) fn run(check: bool) -> Result<Outcome> {
    let code = generate(spec::load()?)?;
    files::publish(OUTPUT, &code, check, COMMAND)
}

/// The generated file's content.
fn generate(contract: serde_json::Value) -> Result<String> {
    let lowered = lower::lower(contract)?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_inner_type(
            "crate::retry::Settings"
                .parse()
                .map_err(|error| anyhow!("{error}"))?,
        )
        .with_derive("PartialEq");
    for (component, rust_type) in &lowered.replacements {
        settings.with_replacement(component, rust_type, std::iter::empty::<TypeImpl>());
    }
    let operations = operations::table(&lowered.document)?;
    let document =
        serde_json::from_value(lowered.document).context("the lowered contract isn't OpenAPI 3.0")?;
    let generated = Generator::new(&settings)
        .generate_tokens(&document)
        .map_err(|error| anyhow!("{error}"))
        .context("progenitor failed")?;
    let mut code = syn::parse2(generated).context("progenitor's output isn't Rust")?;
    code::rewrite(&mut code)?;
    let header = format!(
        "// Generated from {} by `{COMMAND}`. Don't edit: change the contract.\n\n",
        spec::PATH
    );
    Ok(header + &prettyplease::unparse(&code) + &operations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generating_twice_gives_the_same_code() {
        let once = generate(spec::load().unwrap()).unwrap();
        assert_eq!(once, generate(spec::load().unwrap()).unwrap());
        assert!(once.lines().next().unwrap().contains(COMMAND));
    }
}
