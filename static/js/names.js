/* Who the others in a room are, as the `names` macro of templates/components/room_row.html says it. */
(function (prosa) {
  'use strict';

  prosa.namesOf = function (members, userId) {
    if (!Array.isArray(members)) {
      return prosa.texts('%(num)s participante', '%(num)s participantes', members);
    }
    return members.filter(function (member) {
      return member.user_id !== userId;
    }).map(function (member) {
      return prosa.isolated(member.name);
    }).join(', ');
  };
}(window.prosa = window.prosa || {}));
