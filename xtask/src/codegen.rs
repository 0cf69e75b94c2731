//! `cargo xtask codegen`: generates the Rust client and its mocks from the contract.
//!
//! spec/openapi.yaml is lowered and passed to progenitor. The generated code is then rewritten and formatted.
//! Every rewrite has a name, a reason and a test: those of the document in [`lower`], those of the code in
//! [`code`]. This module only defines the order.

mod code;
mod examples;
mod ids;
mod lower;
mod mock;
mod operations;

use anyhow::{Context, Result, anyhow};
use openapiv3::OpenAPI;
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle, TypeImpl};

use crate::{Outcome, files, spec};

/// The generated client, relative to the workspace's root.
pub(crate) const CLIENT: &str = "crates/appkeep-client/src/generated.rs";

/// The generated mocks.
pub(crate) const MOCK: &str = "crates/appkeep-client-mock/src/generated.rs";

/// The command that generates both.
pub(crate) const COMMAND: &str = "cargo xtask codegen";

/// The content of the generated files.
#[derive(Debug, PartialEq)]
struct Generated {
    client: String,
    mock: String,
}

/// Generates the client and its mocks; with `check` only compares them with the committed ones.
///
/// # Errors
/// When the contract can't be read, lowered or generated from.
pub(crate) fn run(check: bool) -> Result<Outcome> {
    let Generated { client, mock } = generate(&spec::load()?)?;
    let client = files::publish(CLIENT, &client, check, COMMAND)?;
    let mock = files::publish(MOCK, &mock, check, COMMAND)?;
    Ok(if client == Outcome::Fine { mock } else { client })
}

fn generate(contract: &serde_json::Value) -> Result<Generated> {
    let lowered = lower::lower(contract.clone())?;
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
    let document: OpenAPI =
        serde_json::from_value(lowered.document).context("the lowered contract isn't OpenAPI 3.0")?;
    let tokens = Generator::new(&settings)
        .generate_tokens(&document)
        .map_err(|error| anyhow!("{error}"))
        .context("progenitor failed")?;
    let mut client = syn::parse2(tokens).context("progenitor's output isn't Rust")?;
    code::rewrite(&mut client)?;
    let mock = mock::generate(&settings, &document, contract).context("failed to generate the mocks")?;
    let header = format!(
        "// Generated from {} by `{COMMAND}`. Don't edit: change the contract.\n\n",
        spec::PATH
    );
    Ok(Generated {
        client: header.clone() + &prettyplease::unparse(&client) + &operations,
        mock: header + &prettyplease::unparse(&mock),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generating_twice_gives_the_same_code() {
        let contract = spec::load().unwrap();
        let once = generate(&contract).unwrap();
        assert_eq!(once, generate(&contract).unwrap());
        for code in [once.client, once.mock] {
            assert!(code.lines().next().unwrap().contains(COMMAND));
        }
    }
}
