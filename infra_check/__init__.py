"""``make infra-check``: what can be told of ``infra/`` without Azure and without the Bicep compiler.

Syntax, names, every resource body against the official schemas, every app setting against the code, every function
that somebody is to call, the roles, and a few rules of the house. It is no compiler: types of expressions are not known
here, and nobody but Azure can tell whether a deployment succeeds.
"""
