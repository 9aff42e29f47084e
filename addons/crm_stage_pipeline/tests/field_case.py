import base64

from .common import PoolCase
from .test_spreadsheet import xlsx

# The words of the documents: field of the customer's form, field of the pool's list
# (and of exports), cell of an import. Numbers are compared in international form.
CUSTOMER = {
    "客户助记码": ("mnemonic_code", "mnemonic_code", "ljzy"),
    "客户编号": ("pool_customer_number", "customer_number", "K-77"),
    "客户名称": ("name", "name", "临江纸业有限公司"),
    "办公地址": ("street", "street", "滨江路18号"),
    "主要电话": ("phone", "phone", "0571-90000001"),
    "邮政编码": ("zip", "zip", "310000"),
    "电子邮箱": ("email", "email", "info@paper.example"),
    "所在城市": ("city", "city", "杭州"),
    "所属行业": ("industry_id", "industry_id", "造纸"),
    "客户级别": ("pool_grade_id", "grade_id", "A"),
    "客户类型": ("pool_type_id", "type_id", "大客户"),
    "客户状态": ("pool_status_id", "status_id", "合作中"),
    "信用等级": ("pool_credit_rating_id", "credit_rating_id", "AAA"),
    "信用额度": ("pool_credit_limit", "credit_limit", "50,000"),
    "上级单位": ("parent_id", "parent_partner_id", "临江集团"),
    "财务电话": ("finance_phone", "finance_phone", "0571-90000002"),
    "公司主页": ("website", "website", "https://paper.example"),
    "备注信息": ("comment", "comment", "老客户介绍"),
    "注册时间": ("pool_registered_on", "registered_on", "2024-05-06"),
    "负责人": ("pool_owner_id", "owner_id", "agent_2"),
    "负责部门": ("pool_team_id", "team_id", "South"),
    "关键字": ("keyword", "keyword", "箱板纸"),
    "公司简介": ("profile", "profile", "年产十万吨"),
    "客户分类": ("category_id", "category_ids", "重点"),
    "客户来源": ("pool_source_id", "source_id", "黄页"),
    "传真": ("fax", "fax", "0571-90000003"),
    "手机": ("mobile", "mobile", "13490003001"),
    "联系人": ("contact_name", "contact_name", "李华"),
    "职务": ("contact_function", "contact_function", "采购经理"),
}
# The same of contact persons; their list is that of contacts.
PERSON = {
    "联系人姓名": ("name", "李华"),
    "性别": ("gender", "女"),
    "年龄": ("age", None),
    "所在部门": ("department", "采购部"),
    "职务": ("function", "采购经理"),
    "上级主管": ("superior_id", "王芳"),
    "办公电话": ("phone", None),
    "移动电话": ("mobile", None),
    "电子邮箱": ("email", None),
    "住宅电话": ("home_phone", None),
    "传真号码": ("fax", None),
    "生日": ("birthday", "1988年2月29日"),
    "个人爱好": ("hobbies", "羽毛球"),
    "QQ": ("qq", "10001"),
    "MSN": ("messenger", "li@msn.example"),
    "备注": ("comment", None),
    "负责员工": ("user_id", None),
    "主联系人": ("is_primary_contact", None),
}


class FieldCase(PoolCase):
    """What the customer of CUSTOMER refers to by name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.group = cls.env["res.partner"].create(
            {"name": "临江集团", "is_company": True}
        )
        cls.industry = cls.env["res.partner.industry"].create({"name": "造纸"})
        cls.tag = cls.env["res.partner.category"].create({"name": "重点"})
        cls.source = cls.env["utm.source"].create({"name": "黄页"})

    def _import_rows(self, rows):
        """A manager's import of a spreadsheet, run to its end; the first row names
        the columns."""
        imports = self.env["crm.pool.import"].with_user(self.manager)
        record = imports.create(
            {
                "file": base64.b64encode(xlsx(rows)),
                "file_name": "customers.xlsx",
                "stage_id": self._stage("reserve").id,
            }
        )
        record.action_read()
        record.action_run()
        while record.state == "running":
            record._run_batch(10)
        return record
