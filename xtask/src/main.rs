//! probe
fn main() {
    let mut d = xtask::load::load(
        "openapi/waterfall.yaml",
        &std::fs::read_to_string("openapi/waterfall.yaml").unwrap(),
    )
    .unwrap();
    let o = xtask::load::load(
        "openapi/overlay.yaml",
        &std::fs::read_to_string("openapi/overlay.yaml").unwrap(),
    )
    .unwrap();
    xtask::overlay::apply(&mut d, &o).unwrap();
    xtask::down_convert::down_convert(&mut d).unwrap();
    xtask::normalise::normalise(&mut d);
    let f = xtask::emit::emit(&d).unwrap();
    std::fs::write("crates/waterfall-api/src/generated.rs", prettyplease::unparse(&f.file))
        .unwrap();
}
