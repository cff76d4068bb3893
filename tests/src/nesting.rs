//! How deep the blocks of a function are nested: branches, loops and closures, but not functions inside it.

use syn::visit::{self, Visit};

/// The depth of the innermost block; 0 for a function without branches, loops or closures.
pub fn nesting(body: &syn::Block) -> usize {
    let mut blocks = Blocks::default();
    blocks.visit_block(body);
    blocks.deepest
}

#[derive(Default)]
struct Blocks {
    depth: usize,
    deepest: usize,
}

impl Blocks {
    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        visit(self);
        self.depth -= 1;
    }
}

impl Visit<'_> for Blocks {
    fn visit_expr_if(&mut self, branch: &syn::ExprIf) {
        self.visit_expr(&branch.cond);
        self.inside(|inner| inner.visit_block(&branch.then_branch));
        match branch.else_branch.as_ref().map(|(_, other)| other.as_ref()) {
            // The branches of an `else if` chain are on one level.
            Some(syn::Expr::If(next)) => self.visit_expr_if(next),
            Some(other) => self.inside(|inner| visit::visit_expr(inner, other)),
            None => {}
        }
    }

    fn visit_expr_match(&mut self, branch: &syn::ExprMatch) {
        self.visit_expr(&branch.expr);
        self.inside(|inner| branch.arms.iter().for_each(|arm| inner.visit_arm(arm)));
    }

    fn visit_expr_for_loop(&mut self, repeated: &syn::ExprForLoop) {
        self.visit_expr(&repeated.expr);
        self.inside(|inner| inner.visit_block(&repeated.body));
    }

    fn visit_expr_while(&mut self, repeated: &syn::ExprWhile) {
        self.visit_expr(&repeated.cond);
        self.inside(|inner| inner.visit_block(&repeated.body));
    }

    fn visit_expr_loop(&mut self, repeated: &syn::ExprLoop) {
        self.inside(|inner| inner.visit_block(&repeated.body));
    }

    fn visit_expr_closure(&mut self, closure: &syn::ExprClosure) {
        if let syn::Expr::Block(body) = closure.body.as_ref() {
            self.inside(|inner| inner.visit_block(&body.block));
        } else {
            self.visit_expr(&closure.body);
        }
    }

    // A function inside the function is measured by itself.
    fn visit_item(&mut self, _: &syn::Item) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> usize {
        nesting(&syn::parse_str(&format!("{{ {body} }}")).expect("a block"))
    }

    #[test]
    fn branches_loops_and_closures_are_counted() {
        assert_eq!(of("a(); b();"), 0);
        assert_eq!(of("if a { b() } else if c { d() } else { e() }"), 1);
        assert_eq!(of("for a in b { match c { d => { if e { f() } } } }"), 3);
        assert_eq!(of("loop { while a { let b = |c| { if d { e() } }; } }"), 4);
    }

    #[test]
    fn what_a_closure_answers_without_a_block_and_a_function_inside_are_not() {
        assert_eq!(of("if a.iter().any(|b| b.iter().any(|c| c.d())) { e() }"), 1);
        assert_eq!(of("fn a() { if b { c() } } let d = async { e() };"), 0);
    }
}
