"""The gap map: what open projects need against what is offered, by place and item, for the staff and for everybody."""
