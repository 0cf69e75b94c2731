//! Checks of a configuration against the machine: what it names may be missing. It may appear later, so these are
//! warnings.

use std::env;
use std::fs;
use std::path::Path;

use appkeep_core::catalog::App;
use appkeep_engine::HOOK_PATH;
use rustix::fs::{Access, access};

use super::Config;
use super::error::printable;
use crate::notifications::{Notification, SecretSource, Transport};

impl Config {
    /// Describes what the configuration names and this machine lacks: directories, and the programs of hooks.
    #[must_use]
    pub fn missing_on_this_machine(&self) -> Vec<String> {
        let apps = self.declaration.apps.iter();
        let volumes = apps.clone().flat_map(|app| {
            app.volumes.iter().map(|volume| {
                let what = format!("volume {:?} of app {:?}", volume.name, app.name);
                (what, volume.path.as_path())
            })
        });
        let buckets = self.declaration.buckets.iter().filter_map(|bucket| {
            let path = bucket.location.directory()?;
            Some((format!("bucket {:?}", bucket.name), path))
        });
        let missing = volumes.chain(buckets).filter(|(_, path)| !path.is_dir());
        let directories = missing.map(|(what, path)| {
            format!(
                "{what}: {} is not a directory; backups fail until it exists",
                path.display()
            )
        });
        let receivers = self.notifications.iter().filter_map(unusable_receiver);
        let hooks = apps.flat_map(unusable_hooks);
        let all = directories.chain(hooks).chain(receivers);
        all.map(|warning| printable(&warning)).collect()
    }
}

/// Describes a receiver of notifications whose program can't be executed, or whose files are missing.
fn unusable_receiver(notification: &Notification) -> Option<String> {
    let problem = match &notification.transport {
        Transport::Command(command) => problem_of(command.command.first()?)?,
        Transport::Webhook(webhook) => {
            let secret = webhook.secret.as_ref().and_then(|secret| match secret {
                SecretSource::File(path) => Some(path),
                SecretSource::Env(_) => None,
            });
            let mut files = secret.into_iter().chain(&webhook.ca_file);
            let missing = files.find(|file| !file.is_file())?;
            format!("{} is not a file", missing.display())
        }
    };
    let name = &notification.receiver.name;
    Some(format!(
        "notifications {name:?}: {problem}; none is delivered until this is fixed"
    ))
}

/// Describes the hooks of an app whose programs can't be executed.
fn unusable_hooks(app: &App) -> impl Iterator<Item = String> {
    app.options.hooks.iter().filter_map(|hook| {
        let program = hook.command.first()?;
        let problem = problem_of(program)?;
        let (name, app) = (&hook.name, &app.name);
        Some(format!(
            "hook {name:?} of app {app:?}: {problem}; it fails until this is fixed"
        ))
    })
}

/// The reason why a program can't be executed, if there is one. A program with a slash is a path.
fn problem_of(program: &str) -> Option<String> {
    if !program.contains('/') {
        let found = env::split_paths(HOOK_PATH).any(|directory| is_executable(&directory.join(program)));
        return (!found).then(|| format!("there is no program {program:?} in {HOOK_PATH}"));
    }
    match fs::metadata(program) {
        Err(error) => Some(format!("{program} can't be executed: {error}")),
        Ok(_) if !is_executable(Path::new(program)) => {
            Some(format!("{program} is not executable (chmod +x)"))
        }
        Ok(_) => None,
    }
}

fn is_executable(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}
