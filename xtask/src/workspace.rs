//! What `cargo metadata` knows of the workspace, as plain data that the rules can be tested with.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, TargetKind};

use crate::cargo;

/// The workspace.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// Its folder.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target_folder: PathBuf,
    /// Its members, by name.
    pub(crate) crates: Vec<Crate>,
    /// From a package's name to the names of what it is built from: every package of the graph, normal and
    /// build dependencies of every platform.
    pub(crate) built_from: BTreeMap<String, BTreeSet<String>>,
}

/// A member.
#[derive(Debug, Default, Clone)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Its folder from the root, with `/`.
    pub(crate) folder: String,
    pub(crate) is_publishable: bool,
    pub(crate) description: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) repository: Option<String>,
    /// The oldest toolchain that builds it.
    pub(crate) rust_version: Option<String>,
    pub(crate) features: Vec<String>,
    /// Names of its test targets (files in `tests/`, or declared ones).
    pub(crate) tests: Vec<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

/// A line of a crate's dependency tables.
#[derive(Debug, Default, Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Its key in the manifest, if that is not its name.
    pub(crate) rename: Option<String>,
    pub(crate) is_dev: bool,
}

impl Workspace {
    /// The workspace that `cargo xtask` was called in. Asked when it runs: a tree that was moved or copied with what
    /// was built would otherwise still check the old place.
    pub(crate) fn load() -> Result<Self> {
        let xtask = env::var_os("CARGO_MANIFEST_DIR").context("call it as `cargo xtask`")?;
        let root = Path::new(&xtask).parent().context("xtask has no parent folder")?;
        Self::load_from(root)
    }

    /// The workspace in `root`.
    pub(crate) fn load_from(root: &Path) -> Result<Self> {
        let mut command = MetadataCommand::new();
        command.cargo_path(cargo::cargo(root).get_program()).manifest_path(root.join("Cargo.toml"));
        let metadata = command.exec().context("`cargo metadata` failed")?;
        Ok(Self::from_metadata(&metadata))
    }

    fn from_metadata(metadata: &Metadata) -> Self {
        let root = metadata.workspace_root.as_std_path();
        let mut crates: Vec<_> =
            metadata.workspace_packages().into_iter().map(|package| Crate::from_package(package, root)).collect();
        crates.sort_by(|left, right| left.name.cmp(&right.name));
        Self {
            root: root.to_owned(),
            target_folder: metadata.target_directory.as_std_path().to_owned(),
            crates,
            built_from: built_from(metadata),
        }
    }

    /// The member of that name.
    pub(crate) fn member(&self, name: &str) -> Option<&Crate> {
        self.crates.iter().find(|member| member.name == name)
    }
}

impl Crate {
    fn from_package(package: &Package, root: &Path) -> Self {
        let folder = package.manifest_path.as_std_path().parent();
        let folder = folder.and_then(|folder| folder.strip_prefix(root).ok());
        let text = folder.unwrap_or(Path::new("")).to_string_lossy();
        let tests = package.targets.iter();
        let tests = tests.filter(|target| target.kind.contains(&TargetKind::Test));
        Self {
            name: package.name.to_string(),
            version: package.version.to_string(),
            folder: text.replace('\\', "/"),
            is_publishable: package.publish.as_ref().is_none_or(|to| !to.is_empty()),
            description: package.description.clone(),
            license: package.license.clone(),
            repository: package.repository.clone(),
            rust_version: package.rust_version.as_ref().map(ToString::to_string),
            features: package.features.keys().cloned().collect(),
            tests: tests.map(|target| target.name.clone()).collect(),
            dependencies: package
                .dependencies
                .iter()
                .map(|dependency| Dependency {
                    name: dependency.name.clone(),
                    rename: dependency.rename.clone(),
                    is_dev: dependency.kind == DependencyKind::Development,
                })
                .collect(),
        }
    }

    /// Its manifest from the root, with `/`.
    pub(crate) fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }
}

fn built_from(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    for node in nodes {
        let edges = graph.entry(metadata[&node.id].name.to_string()).or_default();
        for edge in &node.deps {
            let mut kinds = edge.dep_kinds.iter();
            if kinds.any(|kind| kind.kind != DependencyKind::Development) {
                edges.insert(metadata[&edge.pkg].name.to_string());
            }
        }
    }
    graph
}
