//! A route, declared once beside its handler: path, access, parameters, body, answers and their form.
//!
//! From the declaration come the entry of the router, the entry of the table that requests are admitted by, and the operation of the
//! OpenAPI document with its refusals. Access is the first thing that a declaration says: a route without it does not compile.

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::app::App;
use crate::problem::{ProblemBody, Success};

use super::access::Access;
use super::form::Form;
use super::route::Route;

/// The name of the token in the document.
pub(crate) const TOKEN: &str = "token";

/// A schema under its name in the document.
pub(crate) type NamedSchema = (String, RefOr<Schema>);

/// A route with its handler and its part of the document.
pub(crate) struct Declaration {
    /// What requests are admitted by.
    pub(crate) route: Route,
    /// What serves the route.
    pub(crate) handler: MethodRouter<App>,
    /// The part of the document; `None` for the document itself and its pages.
    pub(crate) described: Option<Described>,
}

/// A route's part of the document.
pub(crate) struct Described {
    /// The method.
    pub(crate) method: HttpMethod,
    /// The operation.
    pub(crate) operation: Operation,
    /// The schemas that the operation refers to.
    pub(crate) schemas: Vec<NamedSchema>,
}

/// A declaration that still lacks its handler.
pub(crate) struct Draft {
    verb: Verb,
    route: Route,
    operation: OperationBuilder,
    schemas: Vec<NamedSchema>,
    /// The most bytes of a body, where it is more than of others.
    largest_body: Option<usize>,
}

/// Declares how `GET` reads this path.
pub(crate) fn get(path: &'static str, access: Access) -> Draft {
    Draft::new(Verb::Get, path, access)
}

/// Declares what `POST` does at this path.
pub(crate) fn post(path: &'static str, access: Access) -> Draft {
    Draft::new(Verb::Post, path, access)
}

/// Declares what `PUT` does at this path.
pub(crate) fn put(path: &'static str, access: Access) -> Draft {
    Draft::new(Verb::Put, path, access)
}

/// Declares what `DELETE` does at this path.
pub(crate) fn delete(path: &'static str, access: Access) -> Draft {
    Draft::new(Verb::Delete, path, access)
}

impl Draft {
    fn new(verb: Verb, path: &'static str, access: Access) -> Self {
        let route = Route { method: verb.name(), path, access, form: Form::Json };
        Self { verb, route, operation: OperationBuilder::new(), schemas: Vec::new(), largest_body: None }
    }

    /// The id of the operation (the handler's name), the group it is shown in, and what it does in one sentence.
    pub(crate) fn operation(mut self, id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        self.operation = self.operation.operation_id(Some(id)).tag(tag).summary(Some(summary));
        self
    }

    /// The form of the answers; JSON where it is not said. Stands before [`Self::answers`].
    pub(crate) const fn form(mut self, form: Form) -> Self {
        self.route.form = form;
        self
    }

    /// The headers, path and query parameters of a type.
    pub(crate) fn params<P: IntoParams>(self) -> Self {
        P::into_params(|| None).into_iter().fold(self, Self::param)
    }

    /// One parameter of the path.
    pub(crate) fn path_param<T: PartialSchema>(self, name: &str, description: &str) -> Self {
        self.param(parameter::<T>(name, description).parameter_in(ParameterIn::Path).required(Required::True).build())
    }

    /// One optional parameter of the query.
    pub(crate) fn query_param<T: PartialSchema>(self, name: &str, description: &str) -> Self {
        self.param(parameter::<T>(name, description).parameter_in(ParameterIn::Query).required(Required::False).build())
    }

    fn param(mut self, parameter: Parameter) -> Self {
        self.operation = self.operation.parameter(parameter);
        self
    }

    /// A JSON body.
    pub(crate) fn body<T: ToSchema>(mut self) -> Self {
        let content = Content::new(Some(self.reference::<T>()));
        self.with_body(RequestBodyBuilder::new().content(Form::Json.media_type(), content).required(Some(Required::True)).build())
    }

    /// A JSON body that may be absent.
    pub(crate) fn optional_body<T: ToSchema>(mut self) -> Self {
        let nothing = ObjectBuilder::new().schema_type(Type::Null);
        let content = Content::new(Some(OneOfBuilder::new().item(self.reference::<T>()).item(nothing)));
        self.with_body(RequestBodyBuilder::new().content(Form::Json.media_type(), content).build())
    }

    /// A form of several parts, the last of which is a file, of at most so many bytes in all.
    pub(crate) fn multipart_body<T: ToSchema>(mut self, largest: usize) -> Self {
        self.largest_body = Some(largest);
        let content = Content::new(Some(self.reference::<T>()));
        self.with_body(RequestBodyBuilder::new().content("multipart/form-data", content).required(Some(Required::True)).build())
    }

    /// A body in another media type.
    pub(crate) fn text_body(self, media_type: &str, description: Option<&str>) -> Self {
        let content = Content::new(Some(String::schema()));
        let body = RequestBodyBuilder::new().content(media_type, content).description(description).required(Some(Required::True));
        self.with_body(body.build())
    }

    fn with_body(mut self, body: RequestBody) -> Self {
        self.operation = self.operation.request_body(Some(body));
        self
    }

    /// One way in which the route answers, with its body.
    pub(crate) fn answers<T: ToSchema>(mut self, success: Success, description: &str) -> Self {
        let content = Content::new(Some(self.reference::<T>()));
        let response = ResponseBuilder::new().description(description).content(self.route.form.media_type(), content);
        self.operation = self.operation.response(success.status().as_str(), response);
        self
    }

    /// The route answers with plain text.
    pub(crate) fn answers_text(mut self, success: Success, description: &str) -> Self {
        let content = Content::new(Some(String::schema()));
        let response = ResponseBuilder::new().description(description).content(self.route.form.media_type(), content);
        self.operation = self.operation.response(success.status().as_str(), response);
        self
    }

    /// The route answers with a file, whose media type is its own.
    pub(crate) fn answers_file(mut self, success: Success, description: &str) -> Self {
        let response = ResponseBuilder::new().description(description).content(self.route.form.media_type(), Content::default());
        self.operation = self.operation.response(success.status().as_str(), response);
        self
    }

    /// Closes the declaration with the function that serves the route.
    pub(crate) fn handled_by<H, T>(self, handler: H) -> Declaration
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let (route, method, filter) = (self.route, self.verb.in_document(), self.verb.filter());
        let mut operation = self.operation.description(Some(who(route.access)));
        if matches!(route.access, Access::Roles(_)) {
            let no_scopes: [&str; 0] = [];
            operation = operation.security(SecurityRequirement::new(TOKEN, no_scopes));
        }
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
        let refusal = ResponseBuilder::new().description("a problem (RFC 9457)").content(route.form.refusal_content_type(), content);
        let operation = operation.response("default", refusal).build();
        let handler = match self.largest_body {
            Some(largest) => on(filter, handler).layer(DefaultBodyLimit::max(largest)),
            None => on(filter, handler),
        };
        Declaration { route, handler, described: Some(Described { method, operation, schemas: self.schemas }) }
    }

    /// The same for a route that the document does not describe, being the document or a page about it.
    pub(crate) fn undescribed<H, T>(self, handler: H) -> Declaration
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Declaration { route: self.route, handler: on(self.verb.filter(), handler), described: None }
    }

    /// A reference to a type's schema, which is then part of the document.
    fn reference<T: ToSchema>(&mut self) -> Ref {
        let name = T::name();
        self.schemas.push((name.to_string(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(name)
    }
}

fn parameter<T: PartialSchema>(name: &str, description: &str) -> ParameterBuilder {
    ParameterBuilder::new().name(name).description(Some(description)).schema(Some(T::schema()))
}

/// Who may take a route, in words.
fn who(access: Access) -> String {
    match access {
        Access::Anyone => "Anybody.".to_owned(),
        Access::WithCode => "Anybody, so many times a second from one address.".to_owned(),
        Access::Roles(roles) => {
            let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
            format!("Roles: {}.", names.join(", "))
        }
    }
}

/// The methods that a route can have.
#[derive(Debug, Clone, Copy)]
enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

impl Verb {
    const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    const fn in_document(self) -> HttpMethod {
        match self {
            Self::Get => HttpMethod::Get,
            Self::Post => HttpMethod::Post,
            Self::Put => HttpMethod::Put,
            Self::Delete => HttpMethod::Delete,
        }
    }
}
