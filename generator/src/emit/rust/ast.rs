//! Syntax nodes, built piece by piece.
//!
//! What a file has once is quoted and parsed. What it has by the hundred (fields, functions, the types in them) is built
//! here: to parse these from tokens took more time than everything else that the emitter does.

#![allow(clippy::default_trait_access)] // The tokens of punctuation all are their defaults.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;
use syn::{
    AngleBracketedGenericArguments, AttrStyle, Attribute, Block, Expr, ExprArray, ExprCall,
    ExprField, ExprLit, ExprMethodCall, ExprPath, ExprReference, Field, FieldModifiers, FnArg,
    GenericArgument, Generics, ImplItem, ImplItemConst, ImplItemFn, Lit, LitInt, LitStr, Macro,
    MacroDelimiter, Member, Meta, MetaList, MetaNameValue, Pat, PatIdent, PatType, Path,
    PathArguments, PathSegment, Receiver, ReceiverKind, ReturnType, Safety, Signature, Stmt,
    StmtMacro, TraitBound, TraitBoundModifiers, Type, TypeImplTrait, TypeParamBound, TypePath,
    TypeReference, TypeTuple, Visibility, punctuated::Punctuated,
};

/// An identifier for a name that `names` has decided.
pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// `a::b::C`.
pub(super) fn path<'a>(names: impl IntoIterator<Item = &'a str>) -> Path {
    let segments = names
        .into_iter()
        .map(|name| PathSegment::from(ident(name)))
        .collect();
    Path {
        leading_colon: None,
        segments,
    }
}

/// A type without arguments.
pub(super) fn named(path: Path) -> Type {
    Type::Path(TypePath {
        attrs: Vec::new(),
        qself: None,
        path,
    })
}

/// A type that is in scope: `String`.
pub(super) fn plain(name: &str) -> Type {
    named(ident(name).into())
}

/// `Option<T>`.
pub(super) fn generic(name: &str, argument: Type) -> Type {
    named(generic_path(name, argument))
}

fn generic_path(name: &str, argument: Type) -> Path {
    let arguments = PathArguments::AngleBracketed(AngleBracketedGenericArguments {
        colon2_token: None,
        lt_token: Default::default(),
        args: one(GenericArgument::Type(argument)),
        gt_token: Default::default(),
    });
    Path::from(PathSegment {
        ident: ident(name),
        arguments,
    })
}

/// `&T`.
pub(super) fn reference(elem: Type) -> Type {
    Type::Reference(TypeReference {
        attrs: Vec::new(),
        and_token: Default::default(),
        lifetime: None,
        mutability: None,
        elem: Box::new(elem),
    })
}

/// `impl Trait<T>`.
pub(super) fn implementing(name: &str, argument: Type) -> Type {
    let bound = TypeParamBound::Trait(TraitBound {
        paren_token: None,
        lifetimes: None,
        modifiers: TraitBoundModifiers::default(),
        maybe: None,
        path: generic_path(name, argument),
    });
    Type::ImplTrait(TypeImplTrait {
        attrs: Vec::new(),
        impl_token: Default::default(),
        bounds: one(bound),
    })
}

/// `()`.
pub(super) fn unit() -> Type {
    Type::Tuple(TypeTuple {
        attrs: Vec::new(),
        paren_token: Default::default(),
        elems: Punctuated::new(),
    })
}

/// `#[doc = …]`, with the number of a comment (see [`Comments::add`](super::format::Comments::add)).
pub(super) fn doc(comment: Literal) -> Attribute {
    let value = Expr::Lit(ExprLit {
        attrs: Vec::new(),
        lit: Lit::new(comment),
    });
    attribute(Meta::NameValue(MetaNameValue {
        path: ident("doc").into(),
        eq_token: Default::default(),
        value,
    }))
}

/// `#[inline]`: a function is compiled where it is used, rather than with thousands of others that nobody calls.
fn inline() -> Attribute {
    attribute(Meta::Path(ident("inline").into()))
}

/// `#[cfg(feature = "name")]`.
pub(super) fn feature(name: &str) -> Attribute {
    cfg(quote!(feature = #name))
}

/// `#[cfg(any(feature = "one", feature = "other"))]`.
pub(super) fn any_feature(names: &[&str]) -> Attribute {
    cfg(quote!(any(#(feature = #names),*)))
}

fn cfg(condition: TokenStream) -> Attribute {
    attribute(Meta::List(MetaList {
        path: ident("cfg").into(),
        delimiter: MacroDelimiter::Paren(Default::default()),
        tokens: condition,
    }))
}

fn attribute(meta: Meta) -> Attribute {
    Attribute {
        pound_token: Default::default(),
        style: AttrStyle::Outer,
        bracket_token: Default::default(),
        meta,
    }
}

/// `pub name: Type`, documented.
pub(super) fn field(comment: Literal, name: &Ident, ty: Type) -> Field {
    Field {
        attrs: vec![doc(comment)],
        vis: public(),
        modifiers: FieldModifiers::default(),
        ident: Some(name.clone()),
        colon_token: Some(Default::default()),
        ty,
        default: None,
    }
}

/// `const NAME: Type = value;`.
pub(super) fn constant(name: &str, ty: Type, expr: Expr) -> ImplItem {
    ImplItem::Const(ImplItemConst {
        attrs: Vec::new(),
        vis: Visibility::Inherited,
        modifiers: Default::default(),
        const_token: Default::default(),
        ident: ident(name),
        generics: Generics::default(),
        colon_token: Default::default(),
        ty,
        eq_token: Default::default(),
        expr,
        semi_token: Default::default(),
    })
}

/// `pub fn name(&self, arguments) -> Answer { body }`, documented and inline.
pub(super) fn method(
    comment: Literal,
    name: &str,
    arguments: impl IntoIterator<Item = FnArg>,
    answer: Type,
    body: Expr,
) -> ImplItemFn {
    let receiver = FnArg::Receiver(Receiver {
        attrs: Vec::new(),
        mutability: None,
        self_token: Default::default(),
        kind: ReceiverKind::Reference(Default::default(), None, None),
    });
    ImplItemFn {
        attrs: vec![doc(comment), inline()],
        vis: public(),
        modifiers: Default::default(),
        sig: Signature {
            constness: None,
            asyncness: None,
            safety: Safety::Default,
            abi: None,
            fn_token: Default::default(),
            ident: ident(name),
            generics: Generics::default(),
            paren_token: Default::default(),
            inputs: [receiver].into_iter().chain(arguments).collect(),
            variadic: None,
            output: ReturnType::Type(Default::default(), Box::new(answer)),
        },
        block: Block {
            brace_token: Default::default(),
            stmts: vec![Stmt::Expr(body, None)],
        },
    }
}

/// `name!(tokens);`
pub(super) fn macro_call(name: &str, tokens: TokenStream) -> Stmt {
    Stmt::Macro(StmtMacro {
        attrs: Vec::new(),
        mac: Macro {
            path: ident(name).into(),
            bang_token: Default::default(),
            delimiter: MacroDelimiter::Paren(Default::default()),
            tokens,
        },
        semi_token: Some(Default::default()),
    })
}

/// `name: Type`, in the arguments of a function.
pub(super) fn argument(name: &str, ty: Type) -> FnArg {
    let pat = Pat::Ident(PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident: ident(name),
        subpat: None,
    });
    FnArg::Typed(PatType {
        attrs: Vec::new(),
        pat: Box::new(pat),
        colon_token: Default::default(),
        ty: Box::new(ty),
    })
}

/// A path as a value: `body`, `Path::new`.
pub(super) fn value(path: Path) -> Expr {
    Expr::Path(ExprPath {
        attrs: Vec::new(),
        qself: None,
        path,
    })
}

/// A variable.
pub(super) fn variable(name: &str) -> Expr {
    value(ident(name).into())
}

/// `"text"`.
pub(super) fn text(text: &str) -> Expr {
    text_with(None, text)
}

/// `7`.
pub(super) fn number(number: usize) -> Expr {
    Expr::Lit(ExprLit {
        attrs: Vec::new(),
        lit: Lit::Int(LitInt::new(&number.to_string(), Span::call_site())),
    })
}

/// `"text"`, left out without a feature.
pub(super) fn text_with(feature: Option<&str>, text: &str) -> Expr {
    Expr::Lit(ExprLit {
        attrs: feature.map(self::feature).into_iter().collect(),
        lit: Lit::Str(LitStr::new(text, Span::call_site())),
    })
}

/// `&["a", "b"]`.
pub(super) fn texts<'a>(items: impl IntoIterator<Item = &'a str>) -> Expr {
    array(items.into_iter().map(text))
}

/// `&[a, b]`.
pub(super) fn array(items: impl IntoIterator<Item = Expr>) -> Expr {
    borrow(Expr::Array(ExprArray {
        attrs: Vec::new(),
        bracket_token: Default::default(),
        elems: items.into_iter().collect(),
    }))
}

/// `&value`.
pub(super) fn borrow(value: Expr) -> Expr {
    Expr::Reference(ExprReference {
        attrs: Vec::new(),
        and_token: Default::default(),
        mutability: None,
        expr: Box::new(value),
    })
}

/// `self.0`.
pub(super) fn inner() -> Expr {
    Expr::Field(ExprField {
        attrs: Vec::new(),
        base: Box::new(variable("self")),
        dot_token: Default::default(),
        member: Member::Unnamed(0.into()),
    })
}

/// `function(arguments)`.
pub(super) fn call(function: Path, arguments: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::Call(ExprCall {
        attrs: Vec::new(),
        func: Box::new(value(function)),
        paren_token: Default::default(),
        args: arguments.into_iter().collect(),
    })
}

/// `receiver.method(arguments)`.
pub(super) fn call_on(
    receiver: Expr,
    method: &str,
    arguments: impl IntoIterator<Item = Expr>,
) -> Expr {
    Expr::MethodCall(ExprMethodCall {
        attrs: Vec::new(),
        receiver: Box::new(receiver),
        dot_token: Default::default(),
        method: ident(method),
        turbofish: None,
        paren_token: Default::default(),
        args: arguments.into_iter().collect(),
    })
}

fn public() -> Visibility {
    Visibility::Public(Default::default())
}

fn one<T, P>(item: T) -> Punctuated<T, P>
where
    P: Default,
{
    [item].into_iter().collect()
}
